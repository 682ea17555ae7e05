"""Any steps on a few uploads and payment requests, compared with a model at each of them and in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from contract_tests.broken import Broken, Difference
from contract_tests.exchange import Exchange
from contract_tests.models.uploads import Uploads as Model
from contract_tests.suites.uploads.happenings import CHANGES_NOTHING
from contract_tests.suites.uploads.refusals import require_bucket_refused, require_refused
from contract_tests.uploads import ROUTES, Upload, Uploads
from contract_tests.workshop import must_succeed, sha256
from openapi import ABSENT

UPLOADS = 3
PAYMENT_REQUESTS = 2
CONTENTS = 2
RULES = (
    "UPL-CONFIRM-STATE", "UPL-CONFIRM-DIGEST", "UPL-PREVIEW-STATE", "UPL-ATTACH-STATE", "UPL-DELETE-STATE",
    "UPL-PUT-SPENT", "UPL-NOT-FOUND", "UPL-ATTACH-REPLACES", "UPL-REPLACED", "UPL-ATTACH-SAME", "UPL-INVOICE-ATTACHED",
    "UPL-INVOICE-BYTES", "UPL-PREVIEW-BYTES", CHANGES_NOTHING,
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """`action`: on an upload, by its number. `other`: which bytes, or which payment request."""

    action: str
    upload: int
    other: int = 0


_NUMBERS = st.integers(0, UPLOADS - 1)
_EASY = st.sampled_from(["put", "confirmUpload", *ROUTES])
STEPS = st.lists(
    st.one_of(
        st.builds(Step, _EASY, _NUMBERS, st.just(0)),
        st.builds(Step, st.sampled_from(["put", "confirmUpload", *ROUTES]), _NUMBERS, st.integers(0, 1)),
        st.builds(Step, st.sampled_from(["deleteUpload", "getUploadPreviewUrl"]), _NUMBERS),
    ),
    min_size=1,
    max_size=12,
)


WAYS: Mapping[str, Sequence[str]] = {"presigned": [], "stored": ["put"], "confirmed": ["put", "confirmUpload"]}
STARTS = st.tuples(*[st.sampled_from(sorted(WAYS))] * UPLOADS)


def walk(uploads: Uploads, starts: Sequence[str], steps: Sequence[Step]) -> None:
    """Take the steps. Raises `Broken` where an answer, or what is there in the end, is not the model's.

    `starts`: in which states the uploads begin. In the end all are deleted, which shows which are attached.
    """
    scene = Scene(uploads)
    for number, state in enumerate(starts):
        for action in WAYS[state]:
            scene.take(Step(action, number))
    for step in steps:
        scene.take(step)
    scene.compare()
    for number in range(UPLOADS):
        scene.take(Step("deleteUpload", number))


class Scene:
    """The uploads and payment requests of one walk, with their model."""

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads
        self._model = Model(uploads.lifecycle)
        self._made = [uploads.presign() for _ in range(UPLOADS)]
        self._requests = [uploads.payment_request(is_another=number > 0) for number in range(PAYMENT_REQUESTS)]
        self._rules = {each.action: each.rule or "" for each in uploads.lifecycle.transitions}
        for number in range(UPLOADS):
            self._model.presign(number)

    def take(self, step: Step) -> None:
        """Take a step, here and in the model."""
        refused = self._expected(step)
        answer = self._answer(step, self._made[step.upload])
        what = f"{step.action} of an upload"
        if not refused:
            must_succeed(answer, step.action, self._rules[step.action])
        elif step.action == "put":
            require_bucket_refused(self._uploads.contract, answer, refused, what)
        else:
            require_refused(self._uploads.contract, answer, refused, what, step.action)

    def compare(self) -> None:
        """Every upload and payment request is as the model has it."""
        differences = []
        for number, upload in enumerate(self._made):
            expected, found = self._expected_look(number), self._uploads.look(upload)
            differences += [
                Difference(f"/uploads/{number}/{name}", expected.get(name), found.get(name))
                for name in sorted({*expected, *found})
                if expected.get(name) != found.get(name)
            ]
        for number, payment_request in enumerate(self._requests):
            holder = self._holder(number)
            shown = self._uploads.invoice(payment_request)
            found_name = shown.json["filename"] if shown.is_success else None
            if holder is None and not self._uploads.examiner.control:
                continue  # what a deployment's payment request had before is not known
            if found_name != holder:
                differences.append(Difference(f"/paymentRequests/{number}/filename", holder, found_name))
        if differences:
            raise Broken(CHANGES_NOTHING, "after these steps, all is as the lifecycle says", differences)

    def _expected(self, step: Step) -> str:
        model = self._model
        match step.action:
            case "put":
                return model.put(step.upload, step.other)
            case "confirmUpload":
                return model.confirm(step.upload, step.other)
            case "deleteUpload":
                return model.delete(step.upload)
            case "getUploadPreviewUrl":
                return model.preview(step.upload)
        return model.attach(step.upload, step.other, step.action)

    def _answer(self, step: Step, upload: Upload) -> Exchange:
        uploads = self._uploads
        match step.action:
            case "put":
                return uploads.put(upload, _bytes(upload, step.other))
            case "confirmUpload":
                return uploads.confirm(upload, sha256(_bytes(upload, step.other)))
            case "deleteUpload":
                return uploads.delete(upload)
            case "getUploadPreviewUrl":
                return uploads.preview(upload)
        return uploads.attach(upload, self._requests[step.other], step.action)

    def _expected_look(self, number: int) -> dict[str, Any]:
        state = self._model.states[number]
        if state not in {"confirmed", "attached"}:
            return {"state": state}
        upload = self._made[number]
        content = _bytes(upload, self._model.content[number])
        return {"state": state, "filename": upload.filename, "mimeType": upload.mime_type, "bytes": content}

    def _holder(self, payment_request: int) -> str | None:
        number = self._model.holders.get(payment_request)
        return None if number is None or self._model.states[number] == ABSENT else self._made[number].filename


def _bytes(upload: Upload, number: int) -> bytes:
    """Those that were announced, or others of the same size."""
    return upload.content if number == 0 else upload.content[:-2] + b"#\n"
