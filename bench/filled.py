"""A database with 10,000,000 cards, written straight into SQLite by fill.sql; shared by growth and weight in one run."""
import atexit
import contextlib
import pathlib
import shutil
import sqlite3
import tempfile

from house import BENCH, Cardwright, say, write_customers

CARDS = 10_000_000
CUSTOMERS = 1_000_000
SAMPLE = 100_000  # of the customers, who get more cards
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # of printed ids (Crockford's base 32)

made = None


def print_id(number):
    return "cus_" + "".join(DIGITS[number >> shift & 31] for shift in range(60, -1, -5))


def filled():
    """The server (stopped), its series' id and a file of customers; made once, removed when the program ends."""
    global made
    if made is None:
        directory = pathlib.Path(tempfile.mkdtemp(prefix="cardwright-bench-"))
        atexit.register(shutil.rmtree, directory, ignore_errors=True)
        server = Cardwright(directory)
        with server:
            series = server.make_series()
        sql = (BENCH / "fill.sql").read_text().replace(":cards", str(CARDS)).replace(":customers", str(CUSTOMERS))
        with contextlib.closing(sqlite3.connect(server.data / "cardwright.db")) as database:
            database.executescript(sql)
        assert server.rows("SELECT count(*) FROM card") == CARDS
        say(f"  filled: {CARDS:,} cards of {CUSTOMERS:,} customers, {server.database_len() / 1e9:.2f} GB")
        first = server.rows("SELECT min(id) FROM customer")
        ids = [print_id(first + n * (CUSTOMERS // SAMPLE)) for n in range(SAMPLE)]
        file = directory / "customers"
        write_customers(ids, file)
        made = server, series, file
    return made
