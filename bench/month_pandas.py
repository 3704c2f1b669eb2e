"""A month worked out with pandas, from frames in memory."""

from typing import Any

import duckdb
import numpy as np
import pandas as pd

from bench import month_tables
from bench.month_tables import Rule
from core.periods import Month

Frames = dict[str, pd.DataFrame]


def prepared(store: "duckdb.DuckDBPyConnection") -> Frames:
    """The inputs as frames, texts as categories."""
    frames = {}
    for table in month_tables.TABLES:
        frame = store.execute(f"SELECT * FROM {table}").df()
        for column in month_tables.TEXTS & set(frame.columns):
            frame[column] = frame[column].astype("category")
        frames[table] = frame
    return frames


def work(frames: Frames, month: Month, scheme_id: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The whole month: (items, scores)."""
    first, after = pd.Timestamp(month.first), pd.Timestamp(month.next_first)
    rules = month_tables.rules(scheme_id)
    grids = _alive(frames["grid"], first, after).rename(columns={"id": "grid"})[["grid", "branch"]]
    service = _service(frames["posting"], grids, first, after)
    measured = _grid_items(frames, grids, rules, first, after)
    own = _own_items(frames["rating"], service, rules, first)
    items = pd.concat([measured, _members(service, measured), _as_subject(own), _team(grids, service, own, rules)])
    return _weighed(items, rules)


def results(found: tuple[pd.DataFrame, pd.DataFrame]) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """Items and scores, as month_tables.written gives those of the product."""
    items, scores = found
    listed = items[["subject", "code", "status", "score", "weighted"]].itertuples(index=False, name=None)
    plain = {(s, c, state, None if pd.isna(score) else int(score), int(w)) for s, c, state, score, w in listed}
    return plain, set(scores[["subject", "total", "place"]].itertuples(index=False, name=None))


def _half_up(num: pd.Series, den: pd.Series | int) -> pd.Series:
    return np.sign(num) * ((num.abs() * 2 + den) // (2 * den))


def _alive(frame: pd.DataFrame, first: pd.Timestamp, after: pd.Timestamp) -> pd.DataFrame:
    ended = frame["end_on"].fillna(after)
    return frame[(frame["start_on"] < after) & (ended > first)]


def _service(postings: pd.DataFrame, grids: pd.DataFrame, first: pd.Timestamp, after: pd.Timestamp) -> pd.DataFrame:
    held = _alive(postings, first, after).merge(grids, on="grid")
    held["until"] = held["end_on"].fillna(after).clip(upper=after)
    held["days"] = (held["until"] - held["start_on"].clip(lower=first)).dt.days
    served = held.groupby(["manager", "grid", "branch"], as_index=False).agg(
        days=("days", "sum"), until=("until", "max")
    )
    last = served.sort_values("until").groupby("manager")["branch"].last()
    served["branch"] = served["manager"].map(last)
    return served


def _moved(frames: Frames, products: pd.DataFrame, first: pd.Timestamp, after: pd.Timestamp) -> pd.DataFrame:
    rows = frames["acceptance"]
    parts = []
    for column, name in (("accepted_on", "gained"), ("cancelled_on", "lost")):
        inside = rows[(rows[column] >= first) & (rows[column] < after) & rows["grid"].notna()]
        parts.append(inside.groupby(["grid", "product"], observed=True).size().rename(name))
    both = pd.concat(parts, axis=1).fillna(0).reset_index()
    return both.merge(products, on="product").groupby(["grid", "code"], as_index=False)[["gained", "lost"]].sum()


def _held(frames: Frames, products: pd.DataFrame, first: pd.Timestamp, after: pd.Timestamp) -> pd.DataFrame:
    lines = frames["line"]
    ended = lines["closed_on"]
    base = lines[(lines["opened_on"] < first) & (ended.isna() | (ended >= first))]
    base = base.assign(lost=(base["closed_on"] < after).astype("int64"))
    base = base.merge(frames["household"], left_on="household", right_on="id")
    counted = base.groupby(["community", "product"], observed=True).agg(base=("lost", "size"), lost=("lost", "sum"))
    of = frames["membership"]
    homes = of[(of["start_on"] <= first) & (of["end_on"].isna() | (of["end_on"] > first))][["community", "grid"]]
    joined = counted.reset_index().merge(homes, on="community").merge(products, on="product")
    return joined.groupby(["grid", "code"], as_index=False)[["base", "lost"]].sum()


def _grid_items(
    frames: Frames, grids: pd.DataFrame, rules: list[Rule], first: pd.Timestamp, after: pd.Timestamp
) -> pd.DataFrame:
    pairs = pd.DataFrame([(r.code, product) for r in rules for product in set(r.products)], columns=["code", "product"])
    mine = frames["target"]
    mine = mine[mine["month"] == first][["grid", "code", "value", "is_exempt"]]
    table = grids.merge(pd.DataFrame([vars_of(rule) for rule in rules if rule.measure != "rating"]), how="cross")
    moved, held = _moved(frames, pairs, first, after), _held(frames, pairs, first, after)
    held = held.rename(columns={"lost": "ended"})
    for part in (mine.assign(code=mine["code"].astype(object)), moved, held):
        table = table.merge(part, on=["grid", "code"], how="left")
    numbers = ["value", "is_exempt", "gained", "lost", "base", "ended"]
    table[numbers] = table[numbers].fillna(0).astype("int64")
    net, measure = table["gained"] - table["lost"], table["measure"]
    missing = (measure == "completion") & (table["value"] == 0)
    empty = (measure == "retention") & (table["base"] == 0)
    table["status"] = np.select([table["is_exempt"] == 1, missing, empty], ["exempt", "no_target", "exempt"], "scored")
    rate = np.select(
        [measure == "completion", measure == "points"],
        [_half_up(net * 100_000_000, table["value"].clip(lower=1)), net * table["per_unit"]],
        _half_up(
            (table["base"] - table["ended"]) * 10_000_000_000, (table["base"] * table["target_rate"]).clip(lower=1)
        ),
    )
    table["score"] = pd.Series(rate).clip(table["floor"], table["cap"]).astype("Int64")
    table.loc[table["status"] != "scored", "score"] = pd.NA
    return table.rename(columns={"grid": "subject"})[["subject", "branch", "code", "status", "score"]]


def vars_of(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in ("code", "measure", "floor", "cap", "target_rate", "per_unit")}


def _own_items(ratings: pd.DataFrame, service: pd.DataFrame, rules: list[Rule], first: pd.Timestamp) -> pd.DataFrame:
    found = ratings[ratings["month"] == first].groupby("manager")["score"].agg(["sum", "count"])
    mean = _half_up(found["sum"] * 100, found["count"])
    parts = []
    for rule in (rule for rule in rules if rule.measure == "rating"):
        own = service[["manager", "branch"]].drop_duplicates()
        own = own.assign(code=rule.code, score=own["manager"].map(mean.clip(rule.floor, rule.cap)).astype("Int64"))
        parts.append(own.assign(status=np.where(own["score"].isna(), "no_rating", "scored")))
    return pd.concat(parts)


def _as_subject(own: pd.DataFrame) -> pd.DataFrame:
    return own.assign(subject=-own["manager"])[["subject", "branch", "code", "status", "score"]]


def _team(grids: pd.DataFrame, service: pd.DataFrame, own: pd.DataFrame, rules: list[Rule]) -> pd.DataFrame:
    rated = service[["manager", "grid", "days"]].merge(own.dropna(subset="score"), on="manager")
    rated = rated.assign(points=rated["days"] * rated["score"].astype("int64"))
    sums = rated.groupby(["grid", "code"])[["points", "days"]].sum()
    mean = _half_up(sums["points"], sums["days"]).rename("score").reset_index()
    codes = pd.DataFrame({"code": [rule.code for rule in rules if rule.measure == "rating"]})
    table = grids.merge(codes, how="cross").merge(mean, on=["grid", "code"], how="left")
    table["score"] = table["score"].astype("Int64")
    table["status"] = np.where(table["score"].isna(), "no_rating", "scored")
    return table.rename(columns={"grid": "subject"})[["subject", "branch", "code", "status", "score"]]


def _members(service: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    rows = service[["manager", "grid", "branch", "days"]].merge(
        measured.drop(columns="branch"), left_on="grid", right_on="subject"
    )
    scored = rows["status"] == "scored"
    rows["points"] = (rows["days"] * rows["score"].fillna(0)).astype("int64").where(scored, 0)
    rows["counted"] = rows["days"].where(scored, 0)
    rows["untargeted"] = rows["status"] == "no_target"
    found = rows.groupby(["manager", "branch", "code"], as_index=False).agg(
        points=("points", "sum"), counted=("counted", "sum"), untargeted=("untargeted", "max")
    )
    has = found["counted"] > 0
    found["score"] = _half_up(found["points"], found["counted"].clip(lower=1)).astype("Int64").where(has)
    found["status"] = np.select([has, found["untargeted"]], ["scored", "no_target"], "exempt")
    return found.assign(subject=-found["manager"])[["subject", "branch", "code", "status", "score"]]


def _weighed(items: pd.DataFrame, rules: list[Rule]) -> tuple[pd.DataFrame, pd.DataFrame]:
    bits = {rule.code: rule.bit for rule in rules}
    items = items.reset_index(drop=True)
    spared = items[items["status"] == "exempt"]
    exempt = spared["code"].map(bits).astype("int64").groupby(spared["subject"]).sum()
    items["exempt"] = items["subject"].map(exempt).fillna(0).astype("int64")
    rows = month_tables.weights(rules, sorted(set(exempt)))
    shares = pd.DataFrame(rows, columns=["exempt", "code", "numerator", "denominator"])
    whole = shares.groupby("exempt")["denominator"].first()
    items = items.merge(shares.drop(columns="denominator"), on=["exempt", "code"], how="left")
    items["denominator"] = items["exempt"].map(whole)
    score, share = items["score"].fillna(0).astype("int64"), items["numerator"].fillna(0).astype("int64")
    points = items["code"].isin([rule.code for rule in rules if rule.item_class == "points"])
    items["weighted"] = np.where(points, score * 100, _half_up(score * share, items["denominator"]))
    items["part"] = np.where(points, score * 100 * items["denominator"], score * share)
    sums = items.groupby(["subject", "branch"], as_index=False).agg(part=("part", "sum"), den=("denominator", "first"))
    sums["total"] = _half_up(sums["part"], 10_000 * sums["den"])
    places = sums.groupby(["branch", sums["subject"] < 0])["total"].rank(method="min", ascending=False)
    return items, sums.assign(place=places.astype("int64"))
