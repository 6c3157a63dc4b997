"""The web's types are made from the server's own OpenAPI document; this fails when the saved part of it is no longer true."""

import subprocess

from tests.browser.serving import ROOT, Server


def test_the_saved_document_is_the_servers(server: Server) -> None:
    command = [str(ROOT / "scripts/node"), "node", "scripts/api-document.mjs", "--check", server.url]
    checked = subprocess.run(command, cwd=ROOT / "web", capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stderr
