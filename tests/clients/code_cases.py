"""The real Claude Code, straight and through Privet: the files on disk tell."""

import base64
import json
import shutil
import subprocess
import uuid

import files
import harness
from people import JANE, MARIA, PEOPLE, SABINE
from sdk_cases import line, png, script

MODEL = "claude-opus-5-5"
TOOLS = "Read,Edit,Write,Bash"


def environment(road):
    """An empty home, and nothing that calls anybody but `road`."""
    home = road.folder / "code-home"
    home.mkdir(exist_ok=True)
    return {"HOME": str(home), "TERM": "dumb", "ANTHROPIC_BASE_URL": road.url, "ANTHROPIC_AUTH_TOKEN": road.key,
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_MAX_RETRIES": "2"}


def fresh_project(road, make):
    """A project folder at the same path on both roads, so that paths do not make a difference."""
    project = road.projects / "crm"
    if project.exists():
        shutil.rmtree(project)
    project.mkdir(parents=True)
    make(project)
    return project


def claude(binary, road, project, prompt, *more):
    """One call of `claude -p`; its result."""
    out = harness.run_client([binary, "-p", prompt, "--model", MODEL, "--allowedTools", TOOLS, "--output-format", "json", *more],
                             road, "", 120, environment(road), project)
    return json.loads(out)


def talk(binary, road, project, prompts, *more):
    """Many turns in one process; the results."""
    lines = "".join(json.dumps({"type": "user", "message": {"role": "user", "content": p}}) + "\n" for p in prompts)
    out = harness.run_client([binary, "-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose",
                              "--model", MODEL, "--allowedTools", TOOLS, *more], road, lines, 240, environment(road), project)
    return [r for r in map(json.loads, out.splitlines()) if r["type"] == "result"]


def on_both(bench, play):
    """`play` on both roads; equal files, equal words, equal rejections, no leak."""
    outcomes = []
    for road in bench.roads:
        since = road.standin.count()
        words, project = play(road)
        heard = road.heard(since)
        no_failed_tool(road, heard)
        if road.masked:
            harness.no_leak(road, heard)
        outcomes.append({"files": snapshot(project), "words": words, "rejections": harness.rejections(heard)})
    harness.same(*outcomes, "outcome")
    return outcomes


def no_failed_tool(road, heard):
    """Fails when a tool of the client's failed: the case would compare nothing."""
    for request in heard:
        for message in json.loads(request.get("body") or "{}").get("messages", [])[-2:]:
            for block in message["content"] if isinstance(message["content"], list) else []:
                if block.get("type") == "tool_result" and block.get("is_error"):
                    raise harness.Failure(f"{road.name}: a tool failed: {str(block['content'])[:300]}")


def snapshot(project):
    """Every file of the project, as text that keeps each byte."""
    return {str(p.relative_to(project)): p.read_bytes().decode("latin-1")
            for p in sorted(project.rglob("*")) if p.is_file() and ".git" not in p.relative_to(project).parts}


def result(answer):
    if answer.get("is_error"):
        raise harness.Failure(f"claude says: {answer.get('result') or answer}"[:800])
    return answer["result"]


def edit_customers(bench, binary):
    """`claude -p` reads and edits a file of invented customers in a git folder."""
    wanted = customers().replace("open", "closed", 1)

    def make(project):
        (project / "customers.csv").write_text(customers())
        (project / "CLAUDE.md").write_text(f"Project of {JANE.name} <{JANE.email}>. Home: {JANE.home}\n")
        for command in (["init", "-q"], ["config", "user.name", MARIA.name], ["config", "user.email", MARIA.email],
                        ["add", "-A"], ["commit", "-q", "-m", f"customers: add {SABINE.name}"]):
            subprocess.run(["git", *command], cwd=project, check=True, timeout=30, capture_output=True)

    def play(road):
        project = fresh_project(road, make)
        path = str(project / "customers.csv")
        prompt = script(f"Close the case of {JANE.name}.",
                        {"think": f"Where is {JANE.name}?", "text": "I read it.", "tool": "Read", "input": {"file_path": path}},
                        {"think": "Line two.", "tool": "Edit", "input": {
                            "file_path": path, "old_string": f"{JANE.name},{JANE.email},{JANE.phone},open",
                            "new_string": f"{JANE.name},{JANE.email},{JANE.phone},closed"}},
                        {"think": "Check.", "tool": "Bash", "input": {"command": "sed -n 2p customers.csv", "description": "Look"}},
                        {"text": f"The case of {JANE.name} is closed: ${{result}}"})
        return result(claude(binary, road, project, prompt)), project

    for outcome in on_both(bench, play):
        if outcome["files"]["customers.csv"].encode("latin-1").decode() != wanted:
            raise harness.Failure(f"customers.csv is not as wanted: {outcome['files']['customers.csv']!r}")
        if JANE.email not in outcome["words"]:
            raise harness.Failure(f"the answer lacks a value: {outcome['words']!r}")


def customers():
    rows = [f"{p.name},{p.email},{p.phone},open" for p in PEOPLE]
    return "\n".join(["name,email,phone,state", *rows]) + "\n"


def thirty_turns(bench, binary):
    """30 turns with resume, fork and /compact."""
    def make(project):
        (project / "customers.csv").write_text(customers())

    def play(road):
        project = fresh_project(road, make)
        path = str(project / "customers.csv")
        session, words = str(uuid.uuid4()), []

        def turn(i):
            person = PEOPLE[i % 4]
            if i % 3 != 1:
                return f"Turn {i}: what about {line(person)}?"
            return script(f"Turn {i}: {person.name} again.",
                          {"think": f"{person.name}?", "tool": "Read", "input": {"file_path": path}},
                          {"think": person.email, "tool": "Edit", "input": {
                              "file_path": path, "old_string": f"{person.name},", "new_string": f"{person.name} and {i},"}
                              if i % 2 else {
                              "file_path": path, "old_string": person.phone, "new_string": f"{person.phone} ({i})"}},
                          {"text": "Now it says: ${result}"})

        words += map(result, talk(binary, road, project, map(turn, range(12)), "--session-id", session))
        words.append(result(claude(binary, road, project, turn(12), "--resume", session)))
        fork = claude(binary, road, project, turn(13), "--resume", session, "--fork-session")
        words.append(result(fork))
        words.append(result(claude(binary, road, project, turn(14), "--resume", fork["session_id"])))
        words += map(result, talk(binary, road, project, map(turn, range(15, 21)), "--resume", session))
        words.append(result(claude(binary, road, project, "/compact", "--resume", session)))
        words += map(result, talk(binary, road, project, map(turn, range(21, 30)), "--resume", session))
        return words, project

    on_both(bench, play)


def subagent(bench, binary):
    """A subagent gets a job with values in it and reports them."""
    def make(project):
        (project / "customers.csv").write_text(customers())

    def play(road):
        project = fresh_project(road, make)
        job = script(f"Find {JANE.name}.",
                     {"think": "Read.", "tool": "Read", "input": {"file_path": str(project / "customers.csv")}},
                     {"text": "Found: $${file.2}"})
        prompt = script(f"Let an agent find {JANE.name}.",
                        {"think": "Delegate.", "tool": "Agent", "input": {
                            "description": "find", "subagent_type": "general-purpose", "prompt": job}},
                        {"text": f"Thanks, {JANE.name}"})
        out = claude(binary, road, project, prompt)
        return bool(result(out)), project

    on_both(bench, play)


def restart(bench, binary):
    """Privet is stopped and started between the turns of one session."""
    def make(project):
        (project / "customers.csv").write_text(customers())

    def play(road):
        project = fresh_project(road, make)
        session, words = str(uuid.uuid4()), []
        for i in range(4):
            prompt = script(f"Turn {i}: {line(PEOPLE[i])}", {"think": f"{PEOPLE[i].name}?", "tool": "Read", "input": {
                "file_path": str(project / "customers.csv")}}, {"think": "Said.", "text": "It says ${file}"})
            words.append(result(claude(binary, road, project, prompt, "--resume" if i else "--session-id", session)))
            road.restart()
        return words, project

    on_both(bench, play)


def picture(bench, binary):
    """Through Privet only: a picture is refused or withheld, and work goes on."""
    road = bench.roads[1]
    if not road.masked:
        return
    project = fresh_project(road, lambda p: (p / "scan.png").write_bytes(base64.b64decode(png())))
    session, since = str(uuid.uuid4()), road.standin.count()
    prompt = script("Look at the scan.", {"tool": "Read", "input": {"file_path": str(project / "scan.png")}}, {"text": "Seen."})
    try:
        words = json.dumps(claude(binary, road, project, prompt, "--session-id", session))
    except harness.Failure as refused:
        words = str(refused)
    if "Privet" not in words or "/login" in words:
        raise harness.Failure(f"the refusal does not say why: {words[-1500:]}")
    for i in range(3):
        words = result(claude(binary, road, project, f"Go on, step {i}.", "--resume", session))
        # The script's last step may still be due after the refusal.
        if f"step {i}" not in words and not (i == 0 and words == "Seen."):
            raise harness.Failure(f"the session does not go on: {words!r}")
    heard = road.heard(since)
    harness.no_leak(road, heard)
    if any(png() in r.get("body", "") for r in heard):
        raise harness.Failure("upstream saw the picture")


def files_come_back(bench, binary, kind, variants):
    """Files of one kind, read, edited, copied and printed through the shell."""
    def play(road):
        made = files.make(kind, variants)
        project = fresh_project(road, lambda p: [(p / name).write_bytes(text.encode()) for name, text in made])
        steps = []
        for name, text in made:
            path = str(project / name)
            # A line that only this file's edit touches, named by its number so that the prompt need not repeat it.
            n = files.edited_line(text)
            steps += [{"think": f"Read {name}.", "tool": "Read", "input": {"file_path": path}},
                      {"think": "Edit.", "tool": "Edit", "input": {
                          "file_path": path, "old_string": f"${{file.{n}}}", "new_string": f"${{file.{n}}} # seen"}},
                      {"tool": "Read", "input": {"file_path": path}},
                      {"tool": "Write", "input": {"file_path": str(project / f"copy-{name}"), "content": "${file}"}}]
            if files.shell_safe(kind):
                steps.append({"tool": "Bash", "input": {
                    "command": f"cat > 'shell-{name}' <<'END_OF_FILE'\n{files.harmless(text)}END_OF_FILE\n", "description": "Print"}})
        prompt = script(f"Work on the {kind} files.", *steps, {"text": "All done."})
        words = result(claude(binary, road, project, prompt))
        for name, text in made:
            lines = text.split("\n")
            lines[files.edited_line(text) - 1] += " # seen"
            # Some versions of Claude Code turn `\u00fc` into the letter in what they write anew.
            for written in (name,) if "\\u" in text else (name, f"copy-{name}"):
                if (project / written).read_bytes() != "\n".join(lines).encode():
                    raise harness.Failure(f"{road.name}: {written} is not as wanted")
        return words, project

    on_both(bench, play)


def cases(work, next_version, variants):
    """Name and function of every case with Claude Code."""
    binaries = [("claude-code 2.1.197", str(work / "node/node_modules/.bin/claude"))]
    if next_version:
        bundled = next((work / "claude-code-next").glob("lib/python*/site-packages/claude_agent_sdk/_bundled/claude"))
        binaries.append(("claude-code 2.1.329", str(bundled)))
    out = []
    for name, binary in binaries:
        out.append((f"{name}: edit a file of customers", lambda b, p=binary: edit_customers(b, p)))
        out.append((f"{name}: 30 turns, resume, fork, compact", lambda b, p=binary: thirty_turns(b, p)))
        out.append((f"{name}: subagent", lambda b, p=binary: subagent(b, p)))
        out.append((f"{name}: Privet restarts in mid-session", lambda b, p=binary: restart(b, p)))
        out.append((f"{name}: a picture does not end the session", lambda b, p=binary: picture(b, p)))
        for kind in files.KINDS:
            out.append((f"{name}: {variants} {kind} files come back right",
                        lambda b, p=binary, k=kind: files_come_back(b, p, k, variants)))
    return out
