"""Try presets that are wrong, one after the other in one process; tell as JSON what each is told to be.

Runs in a process of its own: `-m tests.process.entry_failures FOLDER PRESET…`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from training.preset import load_preset, preset_digest
from training.worker.trial import try_preset


def main() -> None:
    """Try each; one line of JSON for each."""
    answer = Path(sys.argv[1]) / "answer.json"
    for path in sys.argv[2:]:
        code = try_preset(path, [], answer, preset_digest(load_preset(Path(path))))
        told = json.loads(answer.read_text(encoding="utf-8"))
        print("RESULT " + json.dumps({"name": Path(path).stem, "code": code, **told}), flush=True)


if __name__ == "__main__":
    main()
