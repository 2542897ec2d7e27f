"""Writes tests/reference/parquet/*.parquet with pandas and pyarrow (26.0.1), as their users do: `python3 parquet.py`.

table.parquet    what pandas writes: strings, whole numbers with a gap (so floats), booleans, a list column that nobody asks for
polars.parquet   the same rows as polars and the datasets library write them: dictionaries, zstd, two row groups
types.parquet    columns of types that are neither sentences nor labels
"""

from pathlib import Path

import pandas
import pyarrow
import pyarrow.parquet

here = Path(__file__).parent / "parquet"
rows = 12
text = [f"w{5 + i} w{6 + i} w7" for i in range(rows)]
tone = [["good", "bad"][i % 2] for i in range(rows)]
stars = [None if i == 3 else float(1 + i % 3) for i in range(rows)]
urgent = [i % 4 == 0 for i in range(rows)]
tags = [["a", "b"] if i % 2 else ["c"] for i in range(rows)]

frame = pandas.DataFrame({"text": text, "tone": tone, "stars": stars, "urgent": urgent, "tags": tags})
frame.to_parquet(here / "table.parquet")

table = pyarrow.table({
    "text": pyarrow.array(text, pyarrow.large_string()),
    "tone": pyarrow.array(tone).dictionary_encode(),
    "stars": pyarrow.array([None if x is None else int(x) for x in stars], pyarrow.int16()),
    "urgent": pyarrow.array(urgent),
})
pyarrow.parquet.write_table(table, here / "polars.parquet", compression="zstd", row_group_size=7)

types = pyarrow.table({
    "text": text,
    "number": pyarrow.array(range(rows)),
    "labels": pyarrow.array(tags),
    "about": pyarrow.array([{"topic": t} for t in tone]),
    "blob": pyarrow.array([b"\xff\x00"] * rows, pyarrow.binary()),
})
pyarrow.parquet.write_table(types, here / "types.parquet", compression="gzip")
