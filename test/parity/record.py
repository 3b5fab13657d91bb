"""Asks evidently, nannyml and scipy for their figures on every shape, and prints them as JSON. See README.md."""

import json
import math
import sys
import warnings

import numpy as np
import pandas as pd

from shapes import CATEGORICAL, NUMERIC

warnings.filterwarnings("ignore")


def plain(value):
    value = float(value)
    return value if math.isfinite(value) else None


def attempt(compute):
    try:
        return plain(compute())
    except Exception:
        return None


def column(cells, numeric):
    if not numeric:
        return pd.Series(cells, dtype="object")
    whole = all(cell is not None and math.isfinite(cell) and cell == int(cell) for cell in cells)
    return pd.Series(cells, dtype="int64" if whole else "float64")


def evidently(reference, current, numeric):
    from evidently.legacy.calculations.stattests import (
        chi_stat_test, hellinger_stat_test, jensenshannon_stat_test, kl_div_stat_test, ks_stat_test, psi_stat_test, wasserstein_stat_test,
    )
    from evidently.legacy.calculations.stattests.registry import get_stattest
    from evidently.legacy.core import ColumnType

    kind = ColumnType.Numerical if numeric else ColumnType.Categorical
    # As data_drift.get_one_column_drift cleans a column.
    ref = reference.replace([-np.inf, np.inf], np.nan).dropna()
    cur = current.replace([-np.inf, np.inf], np.nan).dropna()
    if ref.empty or cur.empty:
        return {}
    both = {"psi": psi_stat_test, "js_distance": jensenshannon_stat_test, "kl_div": kl_div_stat_test, "hellinger": hellinger_stat_test}
    tests = {**both, **({"ks_p": ks_stat_test, "wasserstein_norm": wasserstein_stat_test} if numeric else {"chi2_p": chi_stat_test})}
    return {
        name: attempt(lambda: get_stattest(ref, cur, kind, test)(ref.copy(), cur.copy(), kind, None if False else 0.1).drift_score)
        for name, test in tests.items()
    }


def nannyml(reference, current, numeric):
    from nannyml.drift.univariate.methods import FeatureType, MethodFactory
    from nannyml.thresholds import ConstantThreshold
    from nannyml.chunk import DefaultChunker

    kind = FeatureType.CONTINUOUS if numeric else FeatureType.CATEGORICAL
    both = {"js_distance": "jensen_shannon", "hellinger": "hellinger"}
    keys = {**both, **({"wasserstein": "wasserstein", "ks": "kolmogorov_smirnov"} if numeric else {"chi2": "chi2", "linf": "l_infinity"})}
    figures = {}
    for name, key in keys.items():
        def compute():
            method = MethodFactory.create(
                key=key, feature_type=kind, chunker=DefaultChunker(), threshold=ConstantThreshold(0, 1), computation_params={},
            )
            # Its own fitting, without the thresholds that `fit` derives from chunks.
            method._fit(reference)
            figures[f"_{name}"] = method
            return method._calculate(current)
        figures[name] = attempt(compute)
        method = figures.pop(f"_{name}", None)
        if name == "chi2":
            figures["chi2_p"] = None if figures[name] is None else plain(method._p_value)
    return figures


def scipy(reference, current, numeric):
    from scipy import stats

    ref, cur = reference.dropna(), current.dropna()
    if ref.empty or cur.empty:
        return {}
    if numeric:
        return {
            "ks": attempt(lambda: stats.ks_2samp(ref, cur).statistic),
            "ks_p": attempt(lambda: stats.ks_2samp(ref, cur).pvalue),
            "wasserstein": attempt(lambda: stats.wasserstein_distance(ref, cur)),
        }
    table = pd.concat([ref.value_counts(), cur.value_counts()], axis=1).fillna(0)
    return {
        "chi2": attempt(lambda: stats.chi2_contingency(table, correction=False)[0]),
        "chi2_p": attempt(lambda: stats.chi2_contingency(table, correction=False)[1]),
    }


def main():
    ask = {"evidently": evidently, "nannyml": nannyml, "scipy": scipy}[sys.argv[1]]
    module = __import__(sys.argv[1])
    figures = {
        f"{kind}.{name}": ask(*(column(cells, kind == "numeric") for cells in shape()), kind == "numeric")
        for kind, shapes in (("numeric", NUMERIC), ("categorical", CATEGORICAL))
        for name, shape in shapes.items()
    }
    json.dump({"library": sys.argv[1], "version": module.__version__, "figures": figures}, sys.stdout, indent=1, sort_keys=True)
    print()


main()
