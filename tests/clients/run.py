#!/usr/bin/env python3
"""Runs the official clients straight at a stand-in for Claude and through Privet, and compares.

Each case must give the same answer on both roads; what reaches the stand-in through Privet, and what
Privet writes to disk, must hold none of the invented customers. One line per case, then a count.
Clients are installed by setup.sh. Only processes started here are stopped.
"""

import argparse
import shlex
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path

import code_cases
import harness
import people
import sdk_cases

HERE = Path(__file__).resolve().parent


@dataclass
class Bench:
    """The direct road and the one through Privet, in this order."""

    roads: list


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--privet", help="the binary to test")
    parser.add_argument("--standin-command", help="starts the stand-in (default: `PRIVET standin`)")
    parser.add_argument("--self-test", action="store_true",
                        help="put a second stand-in where Privet would be: answers must agree, and leaks must be noticed")
    parser.add_argument("--only", default="", help="run only the cases whose name holds this")
    parser.add_argument("--files", type=int, default=6, help="files of each kind that Claude Code works on (default 6)")
    parser.add_argument("--no-next", action="store_true", help="leave the newer Claude Code out")
    parser.add_argument("--keep", help="keep logs and data in this folder")
    chosen = parser.parse_args()
    if not chosen.privet and not (chosen.self_test and chosen.standin_command):
        parser.error("--privet is needed, or --self-test with --standin-command")
    return chosen


def main():
    chosen = arguments()
    subprocess.run([str(HERE / "setup.sh")], check=True, timeout=900)
    if chosen.keep:
        Path(chosen.keep).mkdir(parents=True, exist_ok=True)
        return run(chosen, Path(chosen.keep).resolve())
    with tempfile.TemporaryDirectory(prefix="privet-clients-") as folder:
        return run(chosen, Path(folder))


def run(chosen, folder):
    standin = shlex.split(chosen.standin_command) if chosen.standin_command else [chosen.privet, "standin"]
    standins, roads = [], []
    try:
        for name in ("direct", "privet"):
            (folder / name).mkdir(exist_ok=True)
            standins.append(harness.StandIn([*standin, "--listen", "127.0.0.1:0"], folder / name / "standin.log"))
        for name, place in (("directly", 0), ("second stand-in", 1))[:2 if chosen.self_test else 1]:
            roads.append(harness.Road(name, standins[place].url, harness.UPSTREAM_KEY, standins[place], False,
                                      folder / ("direct", "privet")[place], folder / "projects"))
        if not chosen.self_test:
            roads.append(harness.privet_road(chosen.privet, standins[1], folder / "privet", folder / "projects"))
        return play(chosen, Bench(roads))
    finally:
        for server in [r.privet for r in roads if r.privet] + standins:
            server.stop()


def play(chosen, bench):
    work = HERE / ".work"
    cases = sdk_cases.cases(work, HERE) + code_cases.cases(work, not chosen.no_next, chosen.files)
    cases.append(("nothing raw on disk or upstream, over all cases", everything))
    passed = failed = 0
    for name, case in cases:
        if chosen.only not in name:
            continue
        start = harness.now()
        try:
            case(bench)
        except harness.Failure as failure:
            failed += 1
            print(f"FAIL {name}: {failure}", flush=True)
        except Exception:  # noqa: BLE001 - a broken case is a failed one, and the others still count
            failed += 1
            print(f"FAIL {name}: {traceback.format_exc(limit=-2)}", flush=True)
        else:
            passed += 1
            print(f"ok   {name} ({harness.now() - start:.1f} s)", flush=True)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


def everything(bench):
    """All that was ever sent or written; in a self-test, the sweep must find what stands there openly."""
    road = bench.roads[1]
    if road.masked:
        harness.no_leak(road, road.heard(0))
        harness.no_leak_on_disk(road.folder)
        return
    found = set()
    for request in road.heard(0):
        found.update(people.leaks(request.get("body", "").encode()))
    missing = set(people.canaries()) - found
    if missing:
        raise harness.Failure(f"the sweep misses {sorted(missing)}")


if __name__ == "__main__":
    sys.exit(main())
