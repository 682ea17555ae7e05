"""State diagrams of a lifecycle: as text for mermaid, and as a picture that needs nothing but a browser."""

from openapi.diagrams.arrows import Step, steps
from openapi.diagrams.drawing import svg
from openapi.diagrams.mermaid_text import mermaid

__all__ = ["Step", "mermaid", "steps", "svg"]
