"""What ends a run, or a test of one, without saying anything about the API.

ExaminerError
├── WrongUse            it can't be run as asked; exit code 2
├── TargetUnreachable   the target is down, too slow, or answers something that is no API; exit code 3
└── NotReached          a state or case that can't be had on this target; reported as such, never as passed
"""

from __future__ import annotations

import unittest


class ExaminerError(Exception):
    """The root of them; the message is one line for the person who asked."""


class WrongUse(ExaminerError):
    """The run can't be made as asked."""


class TargetUnreachable(ExaminerError):
    """Nothing can be said about the API: what should answer does not, or is something else.

    `operation_id`: what was asked for, where a check has asked. `is_dropped`: the connection ended without an answer.
    `answers_others`: other requests are answered all the same.
    """

    operation_id: str = ""
    is_dropped: bool = False
    answers_others: bool = False


class NotReached(ExaminerError, unittest.SkipTest):
    """What a check needs can't be had on this target; the message says what, and what would help.

    A skipped test to hypothesis and pytest: neither tries again with something simpler.
    """
