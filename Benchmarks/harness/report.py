"""Rows of figure, limit and ratio, on the terminal and as Markdown."""

from dataclasses import dataclass


@dataclass
class Row:
    what: str
    figure: str
    limit: str = "–"
    ratio: float | None = None
    bar: str = "–"
    passed: bool | None = None
    note: str = ""
    p99: str = "–"
    cpu: str = "–"

    @property
    def verdict(self) -> str:
        return {None: "", True: "reached", False: "below"}[self.passed]

    @property
    def cells(self) -> list[str]:
        ratio = "–" if self.ratio is None else f"{self.ratio:.2f}"
        return [self.what, self.figure, self.limit, ratio, self.bar, self.verdict, self.p99, self.cpu, self.note]


HEAD = ["what", "figure", "limit", "ratio", "bar", "", "p99", "CPU a request", "note"]


def rate(value: float) -> str:
    return f"{value:,.0f}/s" if value >= 100 else f"{value:.1f}/s"


def against(what: str, figure: float, limit: float, named: str, bar: float, note: str = "") -> Row:
    ratio = figure / limit if limit else 0
    return Row(what, rate(figure), f"{named} {rate(limit)}", ratio, f"≥ {bar:g}", ratio >= bar, note)


def timed(row: Row, outcome) -> Row:
    """The row with the latency and the processor time of the load it was taken from."""
    row.p99, row.cpu = f"{outcome.p99_ms:.1f} ms", f"{outcome.cpu_ms:.3f} ms"
    return row


def served(what: str, outcome, limit: float, named: str = "static body", bar: float | None = None) -> Row:
    """A rate over HTTP against a limit; without a bar the ratio is only shown."""
    row = against(what, outcome.rate, limit, named, bar or 0, outcome.note())
    if bar is None:
        row.bar, row.passed = "–", None
    return timed(row, outcome)


def at_most(what: str, figure: float, bar: float, unit: str, note: str = "") -> Row:
    return Row(what, f"{figure:.3g} {unit}", bar=f"< {bar:g} {unit}", passed=figure < bar, note=note)


def line(row: Row) -> str:
    what, figure, limit, ratio, bar, verdict, p99, cpu, note = row.cells
    measured = f"{limit:<34} {ratio:>6}  {bar:<10} {verdict:<8} {p99:>9} {cpu:>9}"
    return f"{what:<62} {figure:>11}  {measured}  {note}".rstrip()


BEGIN, END = "<!-- measured -->", "<!-- end of what was measured -->"


def markdown(rows: list[Row], heading: list[str]) -> str:
    lines = [*heading, "", "| " + " | ".join(HEAD) + " |", "| --- " * len(HEAD) + "|"]
    lines += ["| " + " | ".join(row.cells) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def replaced(document: str, table: str) -> str:
    """The document with the table of this run in place of the one before."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table}{END}{after}"
