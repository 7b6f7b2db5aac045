#!/usr/bin/env python3
"""Runs two benchmark programs in turns and compares their fastest runs.

Both sides must print one JSON line with "seconds_min". Taking turns cancels slow drifts of a machine (clock, other
programs); the fastest run of each is the one least disturbed.

  compare.py --rounds 5 -- A-COMMAND ... -- B-COMMAND ...

prints the times of both and how many times faster A is than B.
"""
import json
import subprocess
import sys


def split(args):
    parts, current = [], []
    for a in args:
        if a == "--":
            parts.append(current)
            current = []
        else:
            current.append(a)
    parts.append(current)
    return parts


def seconds(command):
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    line = [l for l in out.splitlines() if l.startswith("{")][-1]
    return json.loads(line)["seconds_min"]


def main():
    parts = split(sys.argv[1:])
    if len(parts) != 3:
        sys.exit(__doc__)
    options, a, b = parts
    rounds = int(options[options.index("--rounds") + 1]) if "--rounds" in options else 3
    times = [(seconds(a), seconds(b)) for _ in range(rounds)]
    best_a, best_b = min(t[0] for t in times), min(t[1] for t in times)
    print(json.dumps({"a_seconds": best_a, "b_seconds": best_b, "a_times_faster": best_b / best_a,
                      "rounds": [{"a": x, "b": y, "ratio": y / x} for x, y in times]}))


if __name__ == "__main__":
    main()
