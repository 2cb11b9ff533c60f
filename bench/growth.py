"""P8: does it get slower as cards pile up?"""
from filled import filled
from house import Cardwright, in_turn, median, say, scratch

CUSTOMERS = 100_000
SECONDS = 8
ROUNDS = 3


def run():
    full, full_series, full_customers = filled()
    with scratch() as directory:
        empty, customers = Cardwright(directory), directory / "customers"
        with empty, full:
            series = empty.make_series()
            empty.import_customers(CUSTOMERS, customers)
            results = in_turn(ROUNDS, empty=lambda: empty.issue_load(customers, series, SECONDS),
                              filled=lambda: full.issue_load(full_customers, full_series, SECONDS))
    rate = {name: median([result["per_second"] for result in results[name]]) for name in results}
    say(f"  ratio {rate['filled'] / rate['empty']:.2f}: {rate['filled']:,.0f} cards a second with 10,000,000 stored, {rate['empty']:,.0f} with none at first")
