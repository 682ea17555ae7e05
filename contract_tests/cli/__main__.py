"""`python -m contract_tests.cli`: the command line where its script is not on the path."""

from contract_tests.cli.main import main

main()
