import decimal
import json
import re

table = {str(i): [i, {"a": i * 1.5}] for i in range(1500)}
text = json.dumps(table)
json.loads(text)
re.findall(r"\d+", text)
sorted(table, key=lambda key: str(table[key][0] % 97))


def recurse(n):
    return [n] + recurse(n - 1) if n else []


for _ in range(5):
    recurse(60)
sum(decimal.Decimal(i) / 7 for i in range(300))
try:
    [int(word) for word in ("1", "x")]
except ValueError as error:
    str(error)
