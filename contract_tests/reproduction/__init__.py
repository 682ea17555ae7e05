"""The steps of a finding as something to run: a shell script of curl calls, and a pytest file.

Both make the calls again and look at what the contract expects there: they fail where the fault is, and pass where it
was mended. Secrets are no part of them: tokens and card numbers come from the environment.
"""

from contract_tests.reproduction.building import is_login, reproduced
from contract_tests.reproduction.pruning import essential
from contract_tests.reproduction.python_file import as_pytest
from contract_tests.reproduction.shell_script import as_shell
from contract_tests.reproduction.steps import Steps

__all__ = ["Steps", "as_pytest", "as_shell", "essential", "is_login", "reproduced"]
