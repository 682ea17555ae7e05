"""The looks of a state diagram: colours for light and dark, as variables that a page around it may set anew."""

STYLE = """
:where(.lifecycle) {
  --paper: #ffffff; --card: #f7f8fa; --edge: #8a94a6; --ink: #1c2430; --soft: #5b6678;
  --walked: #0f7b52; --walked-card: #e5f5ee; --pale: #b4bdca; --pale-ink: #6b7687; --event: #a35a00;
  color-scheme: light dark; background: var(--paper);
}
@media (prefers-color-scheme: dark) {
  :where(.lifecycle) {
    --paper: #12161d; --card: #1c222c; --edge: #7d899c; --ink: #e8ecf2; --soft: #a3aec0;
    --walked: #4fce9a; --walked-card: #12352a; --pale: #4d5869; --pale-ink: #8f9aac; --event: #f0ac55;
  }
}
.lifecycle .paper { fill: var(--paper); }
.lifecycle .line { fill: none; stroke: var(--edge); stroke-width: 1.5; stroke-linecap: round; }
.lifecycle .tip { fill: var(--edge); }
.lifecycle .card { fill: var(--card); stroke: var(--edge); stroke-width: 1.5; }
.lifecycle .inner { fill: none; stroke: var(--edge); stroke-width: 1; }
.lifecycle .dot { fill: var(--ink); }
.lifecycle .ring { fill: var(--paper); stroke: var(--ink); stroke-width: 1.5; }
.lifecycle .name { fill: var(--ink); font: 600 15px system-ui, "Segoe UI", Roboto, Arial, sans-serif; }
.lifecycle .wire, .lifecycle .action, .lifecycle .legend {
  font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
.lifecycle .wire { fill: var(--soft); font-size: 11px; }
.lifecycle .action { fill: var(--ink); }
.lifecycle .legend { fill: var(--soft); }
.lifecycle .event-mark { fill: none; stroke: var(--event); stroke-width: 1.6; }
.lifecycle .check { fill: none; stroke: var(--walked); stroke-width: 2.2; stroke-linecap: round; }
.lifecycle .pale .line { stroke: var(--pale); stroke-dasharray: 5 4; }
.lifecycle .pale .tip { fill: var(--pale); }
.lifecycle .pale.action { fill: var(--pale-ink); }
.lifecycle .pale.mark { opacity: 0.55; }
.lifecycle .pale .card { stroke: var(--pale); }
.lifecycle .pale .inner { stroke: var(--pale); }
.lifecycle .pale .name { fill: var(--pale-ink); }
.lifecycle .walked .line { stroke: var(--walked); stroke-width: 2.5; }
.lifecycle .walked .tip { fill: var(--walked); }
.lifecycle .walked .card { fill: var(--walked-card); stroke: var(--walked); stroke-width: 2; }
.lifecycle .walked .inner { stroke: var(--walked); }
""".strip()
