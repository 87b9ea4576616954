"""Each figure as a formula with the numbers put in: what a reader needs to do the sum again by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from prep.advice import formulas
from prep.advice.ways import grown
from prep.advice.words import plain

if TYPE_CHECKING:
    import datetime

    from prep.advice.candidates import Candidate
    from prep.advice.formulas import Rates
    from prep.advice.ways import Bill, Load, Way


class Step(NamedTuple):
    """One line of a sum: `numbers` is `formula` with the values in it, and comes to `value`."""

    name: str
    formula: str
    numbers: str
    value: float
    unit: str

    def told(self) -> dict[str, Any]:
        """As plain data."""
        return self._asdict()


def steps(one: Candidate, made: Bill, load: Load) -> list[Step]:
    """The sum of a way's monthly cost, in the order in which it is done."""
    way = made.way
    found = []
    hit = way.hits if load.cache_hit is None else load.cache_hit
    used = formulas.cached_share(way.fixed, way.rates, hit)
    if used and load.cache_hit is None and one.offer.cache is not None and one.offer.cache.minutes is not None:
        kept = one.offer.cache.minutes * 60
        numbers = f"1 - exp(-{plain(load.requests_per_day)} x {plain(kept)} / 86400)"
        found.append(
            Step("h", "1 - exp(-requests a day x seconds a prefix is kept / 86400)", numbers, way.hits, "share")
        )
    found += _request(way, used, load.batch_share, made)
    mean = f"30 x {plain(load.requests_per_day)}"
    if load.requests_growth:
        mean = f"30 x {asked(load, load.horizon)} / {load.horizon}"
    found.append(Step("requests", "30 x requests on the mean day", mean, made.requests, "a month"))
    numbers = f"{plain(made.requests)} x {plain(made.per_request)}"
    found.append(Step("running", "requests x c", numbers, made.running, "USD a month"))
    if way.is_tuned:
        found += _training(one, made, load)
        found.append(Step(
            "hosting", "30 x hours a day x USD an hour x deployments",
            f"30 x {plain(load.hours_per_day)} x {plain(way.hosting)} x {load.deployments}", made.hosting,
            "USD a month",
        ))  # fmt: skip
    if made.labels:
        grown_by = grown(load, made.trained_on[-1]) if made.trained_on else 1.0
        numbers = f"{way.labels} x {plain(load.cost_per_label)} x {plain(grown_by)}"
        found.append(
            Step(
                "labels",
                "labelled examples x USD a label x growth until the last training",
                numbers,
                made.labels,
                "USD",
            )
        )
    if made.errors is not None and way.quality is not None:
        numbers = f"{plain(made.requests)} x (1 - {plain(way.quality.share)}) x {plain(load.error_cost)}"
        found.append(
            Step("errors", "requests x (1 - accuracy) x USD an error", numbers, made.errors.likely, "USD a month")
        )
    found.append(_monthly(made))
    return found


def _request(way: Way, hit: float, batch_share: float, made: Bill) -> list[Step]:
    """The cost of a request; with a batch, of both kinds and of their mixture; with what finding examples costs."""
    fixed, variable, output, rates = way.fixed, way.variable, way.output, way.rates
    batched = rates.batch if batch_share and rates.batch is not None else None
    formula = "(F x ((1 - h) x p_in + h x p_cached) + V x p_in + O x p_out) / 1e6"
    if hit and rates.write is not None:
        formula = formula.replace("(1 - h) x p_in", "(1 - h) x p_write")

    def one(name: str, own: Rates) -> Step:
        found = formulas.cached_share(fixed, own, hit)
        missed = own.write if found and own.write is not None else own.input
        prefix = (
            f"{plain(fixed)} x ((1 - {plain(found)}) x {plain(missed)} + {plain(found)} x {plain(own.cached or 0)})"
        )
        numbers = f"({prefix} + {plain(variable)} x {plain(own.input)} + {plain(output)} x {plain(own.output)}) / 1e6"
        return Step(name, formula, numbers, formulas.request(fixed, variable, output, own, cache_hit=found), "USD")

    name = "c" if not way.embedding else "c_model"
    found = [one(name if batched is None else "c_single", rates)]
    if batched is not None:
        single, many = found[0], one("c_batch", batched)
        numbers = f"(1 - {plain(batch_share)}) x {plain(single.value)} + {plain(batch_share)} x {plain(many.value)}"
        asked = made.per_request - formulas.lookup(way.asked, way.embedding)
        found += [many, Step(name, "(1 - b) x c_single + b x c_batch", numbers, asked, "USD")]
    if way.embedding:
        numbers = f"{plain(found[-1].value)} + {plain(way.asked)} x {plain(way.embedding)} / 1e6"
        found.append(Step("c", "c_model + Q x p_embedding / 1e6", numbers, made.per_request, "USD"))
    return found


def _training(one: Candidate, made: Bill, load: Load) -> list[Step]:
    job, way = one.trained, made.way
    if job is None or way.training is None:
        return []
    if "training" in job.figures:
        price = job.figures["training"].value or 0.0
        numbers = f"{job.tokens} x {job.epochs} x {plain(price)} / 1e6"
        found = [Step("train", "T x E x p_train / 1e6", numbers, way.training.likely, "USD")]
    else:
        price = job.figures["training_hour"].value or 0.0
        formula, numbers = "hours x USD an hour", f"{plain(job.hours or 0)} x {plain(price)}"
        if "grader input" in job.figures:
            reads, writes = (job.figures[f"grader {name}"].value or 0.0 for name in ("input", "output"))
            formula += " + (G_in x p_grader_in + G_out x p_grader_out) / 1e6"
            numbers += f" + ({job.graded[0]} x {plain(reads)} + {job.graded[1]} x {plain(writes)}) / 1e6"
        found = [Step("train", formula, numbers, way.training.likely, "USD")]
    factors = " + ".join(plain(grown(load, day)) for day in made.trained_on) or "0"
    what = "train x (1 + growth) ^ months, of each training" if load.data_growth else "train, of each training"
    found.append(Step("trainings", what, f"{plain(way.training.likely)} x ({factors})", made.trainings.likely, "USD"))
    return found


def _monthly(made: Bill) -> Step:
    parts = [("running", made.running)] + ([("hosting", made.hosting)] if made.way.is_tuned else [])
    parts += [("index", made.way.index)] if made.way.index else []
    formula, numbers = " + ".join(name for name, _ in parts), " + ".join(plain(value) for _, value in parts)
    if made.one_off.likely:
        formula += " + (trainings + labels) x 30 / days"
        numbers += f" + ({plain(made.trainings.likely)} + {plain(made.labels)}) x 30 / {made.days}"
    if made.errors is not None:
        formula += " + errors"
        numbers += f" + {plain(made.errors.likely)}"
    return Step("monthly", formula, numbers, made.monthly.likely, "USD a month")


def asked(load: Load, days: int) -> str:
    """The requests of the first `days`, that grow every day, as a geometric sum."""
    grows = f"(1 + {plain(load.requests_growth)})"
    return f"{plain(load.requests_per_day)} x ({grows} ^ ({days} / 30) - 1) / ({grows} ^ (1 / 30) - 1)"


def prices_of(one: Candidate, today: datetime.date) -> list[dict[str, Any]]:
    """Every price in a way's sum: dollars, where it stands in the catalog, its source, date, age and confidence."""
    return [{"what": name, **figure.told(today), "url": figure.source.url} for name, figure in one.figures.items()]
