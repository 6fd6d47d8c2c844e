"""A real browser on a published page: what it shows once the page's own script has run, and what a user's steps do.

Steps are a script of the test's own, put into a copy of the page: the page's policy would let no other run.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
ANSWER = re.compile(r'<script type="application/json" id="answer">(.*?)</script>', re.S)


def run(page: Path, *arguments: str, width: int = 1280) -> str:
    """What headless Chromium prints about a page on disk; it may ask nobody for anything."""
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
    command += [f"--user-data-dir={page.parent}/.profile", f"--window-size={width},900", "--virtual-time-budget=4000"]
    told = subprocess.run([*command, *arguments, page.as_uri()], capture_output=True, text=True, timeout=90, check=True)
    return told.stdout


def as_shown(page: Path) -> str:
    """The page's elements after its own script has run under its own policy."""
    return run(page, "--dump-dom")


def ask(page: Path, steps: str, *, width: int = 1280, on_paper: bool = False, script: bool = True) -> Any:
    """What the JavaScript `steps` return, as JSON, in a copy of the page; the page as wide as `width`.

    on_paper: with the rules for print. script: whether the page's own script runs. Narrow pages are shown in a frame,
    for no window is that narrow.
    """
    text = POLICY.sub("", page.read_text(encoding="utf-8"))
    text = text.replace("@media print", "@media all") if on_paper else text
    text = text if script else re.sub(r"<script>.*?</script>", "", text, flags=re.S)
    answer = f"<script>addEventListener('load', () => parent.postMessage((() => {{ {steps} }})(), '*'));</script>"
    inner = page.with_name("asked.html")
    inner.write_text(text.replace("</body>", f"{answer}</body>"), encoding="utf-8")
    outer = page.with_name("asking.html")
    outer.write_text(
        "<!DOCTYPE html><body><script>addEventListener('message', event => {"
        "const told = document.createElement('script'); told.type = 'application/json'; told.id = 'answer';"
        "told.textContent = JSON.stringify(event.data).replaceAll('<', '\\\\u003c'); document.body.append(told); });"
        f"</script><iframe src='asked.html' style='width:{width}px;height:900px;border:0'></iframe></body>",
        encoding="utf-8",
    )
    found = ANSWER.search(run(outer, "--dump-dom"))
    inner.unlink()
    outer.unlink()
    assert found, "the steps gave no answer"
    return json.loads(found[1])
