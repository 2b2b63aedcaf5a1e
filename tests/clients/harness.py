"""The two roads a client can take: straight to the stand-in, or through Privet."""

import json
import os
import queue
import signal
import subprocess
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import people

UPSTREAM_KEY = "standin-key-for-tests"
START_SECONDS = 60


class Failure(Exception):
    """A case that does not hold; its text is the reason shown."""


class Server:
    """A process that says `listening on http://…` on its standard output."""

    def __init__(self, command, log, env=None):
        self.log = Path(log)
        with open(self.log, "ab") as errors:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL,
                                            env={**os.environ, "STANDIN_KEY": UPSTREAM_KEY, **(env or {})})
        self._url = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self.url = self._url.get(timeout=START_SECONDS)
        except queue.Empty:
            self.url = None
        if self.url is None:
            self.stop()
            raise Failure(f"{command[0]} did not say where it listens; it said: {self.log.read_text()[-2000:]}")

    def _read(self):
        with open(self.log.with_suffix(".out"), "ab") as out:
            for line in self.process.stdout:
                out.write(line)
                out.flush()
                if b"listening on http://" in line:
                    self._url.put(line.decode().split("listening on ")[1].split()[0])
        self._url.put(None)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)


class StandIn(Server):
    """The stand-in for Claude, which remembers what it was sent."""

    def requests(self, since=0):
        with urllib.request.urlopen(f"{self.url}/_standin/requests?since={since}", timeout=60) as answer:
            return json.load(answer)

    def count(self):
        return len(self.requests())


@dataclass
class Road:
    """Where a client connects, and which stand-in hears it in the end."""

    name: str
    url: str
    key: str
    standin: StandIn
    masked: bool
    folder: Path
    projects: Path
    privet: "Privet" = None

    def restart(self):
        """Stops and starts Privet, if this road leads through it."""
        if self.privet:
            self.privet.stop()
            self.privet = Privet(self.privet.binary, self.privet.config)
            self.url = self.privet.url

    def heard(self, since):
        """What reached the stand-in from its request number `since` on."""
        return self.standin.requests(since)


class Privet(Server):
    """`privet serve` with a configuration."""

    def __init__(self, binary, config):
        self.binary, self.config = binary, config
        super().__init__([binary, "serve", "--config", str(config)], config.parent / "privet.log")


def privet_road(binary, standin, folder, projects):
    """Starts Privet in front of `standin`; the road through it."""
    config = folder / "privet.yaml"
    config.write_text(
        "listen: 127.0.0.1:0\n"
        f"data_dir: {folder}/data\n"
        f"key_file: {folder}/privet.key\n"
        "upstream:\n"
        f"  url: {standin.url}\n"
        "  key: env:STANDIN_KEY\n")
    made = subprocess.run([binary, "key", "create", "--name", "test", "--config", str(config)],
                          capture_output=True, text=True, timeout=START_SECONDS, stdin=subprocess.DEVNULL,
                          env={**os.environ, "STANDIN_KEY": UPSTREAM_KEY})
    keys = [line.strip() for line in made.stdout.splitlines() if line.startswith("privet_")]
    if made.returncode or len(keys) != 1:
        raise Failure(f"`privet key create` gave no key: {made.stdout[-500:]}{made.stderr[:4000]}")
    privet = Privet(binary, config)
    return Road("through Privet", privet.url, keys[0], standin, True, folder, projects, privet)


def run_client(command, road, stdin, timeout, env=None, cwd=None):
    """Runs a client program on `road`; its standard output, or a failure."""
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(road.folder / "home"),
                   "BASE_URL": road.url, "API_KEY": road.key, "NO_PROXY": "127.0.0.1", **(env or {})}
    (road.folder / "home").mkdir(exist_ok=True)
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=timeout,
                              env=environment, cwd=cwd)
    except subprocess.TimeoutExpired:
        raise Failure(f"{road.name}: no end within {timeout} s") from None
    if done.returncode:
        raise Failure(f"{road.name}: exit {done.returncode}: {(done.stderr or done.stdout)[:4000]}")
    return done.stdout


def no_leak(road, requests):
    """Fails when anything in `requests` holds a canary, or Privet's caller key."""
    for request in requests:
        data = json.dumps([request["path"], request["headers"]]).encode()
        data += request.get("body", "").encode() + request.get("body_base64", "").encode()
        found = people.leaks(data)
        if road.key.encode() in data and road.masked:
            found.append("the caller's key")
        if found:
            raise Failure(f"upstream saw {found} in {request['method']} {request['path']}")


def no_leak_on_disk(folder):
    """Fails when a file below `folder` that Privet wrote holds a canary."""
    for path in [folder / "data", *folder.glob("privet.*")]:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                found = people.leaks(file.read_bytes())
                if found:
                    raise Failure(f"{file.name} holds {found}")


def rejections(requests):
    """What the stand-in rejected, without the numbers of places. A wrong key gets no further than Privet."""
    return [r["refused"]["message"].split("`")[0].split(":")[0].split(".")[0] + f" {r['refused']['status']}"
            for r in requests if r.get("refused") and r["refused"]["status"] != 401]


def same(direct, through, what):
    """Fails at the first place where two JSON values differ."""
    place = difference(direct, through, what)
    if place:
        raise Failure(place)


def difference(a, b, path):
    if isinstance(a, dict) and isinstance(b, dict):
        for key in [*a, *(k for k in b if k not in a)]:
            if key not in a or key not in b:
                return f"{path}.{key} is only {'in the direct answer' if key in a else 'in the answer through Privet'}"
            found = difference(a[key], b[key], f"{path}.{key}")
            if found:
                return found
        return None
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            return f"{path} has {len(a)} entries directly, {len(b)} through Privet: {str(a)[:300]} | {str(b)[:300]}"
        for i, (x, y) in enumerate(zip(a, b)):
            found = difference(x, y, f"{path}[{i}]")
            if found:
                return found
        return None
    if a == b and type(a) is type(b):
        return None
    if isinstance(a, str) and isinstance(b, str):
        at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        return f"{path} differs at {at}: directly {a[max(0, at - 20):at + 60]!r}, through Privet {b[max(0, at - 20):at + 60]!r}"
    return f"{path}: directly {a!r}, through Privet {b!r}"


def now():
    return time.monotonic()
