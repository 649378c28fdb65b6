"""What docs/presets.md says that no type can say."""

from __future__ import annotations

SMALLEST = """\
title = "My binary classifier"

[model]
name = "mlp"
hidden = [64]

[data]
name = "tabular-binary"

[fit]
loss = "binary_crossentropy"
"""
"""The least that a preset has to say."""

OPENING = """\
# Presets

<!-- Written by `make docs` from the types in training/preset and the words there: change those, not this page. -->

A preset is one model's training as a TOML file: which architecture, which data, how it is trained, and how it uses
its device. `dualtrain-tui run A B` trains two of them at once.
"""

AT_A_GLANCE = """\
This is all that a preset has to say; every other key has a default:
"""

MAKING = """\
```sh
dualtrain-tui presets new mine                      # a small training with every key told in comments
dualtrain-tui presets new mine --from cnn-small     # another preset with its comments, and what it does not say
dualtrain-tui presets new mine --script "./train.py --lr 0.1"   # a script of yours; it runs in the directory of now
dualtrain-tui presets new mine --model my_models.py:build       # a model of yours, and data to change beside it
dualtrain-tui presets show mine                     # every key with its value, and what says it
dualtrain-tui presets show cnn-small --set fit.epochs=3 --toml > mine.toml   # a whole file of what that makes
dualtrain-tui presets check mine.toml               # what is wrong, in one line: file, key, what is allowed
```

`presets new` writes into your own folder, whole or not at all, and writes over one of yours only with `--force`. In
the file a line such as `#seed = 1` says what holds as long as it is a comment. On the pick screen `e` sets keys for
one launch, and `w` saves that as a preset of your own with every key said. `presets new --from` and `w` write under
`origin` what the preset was made from; it changes nothing of what is trained, and a preset without it is as good.
"""

SCRIPT = """\
Such a preset has no `[model]`, `[data]`, `[device]` or `[checkpoint]`, and of `[fit]` nothing but `backend`: all that
is the script's own. [Bring your own training](own-training.md) tells what is seen of it.

```toml
title = "My script"

[script]
path = "train.py"
args = ["--lr", "0.1"]
```
"""

LOSSES = """\
What the data are to predict decides which losses can train on them, and data and loss decide which metrics can judge
them. Any other pair is refused before anything is launched. A name and its abbreviation (`mean_squared_error` and
`mse`) are the same.
"""

OVERRIDES = """\
Any key can be set beside the file for one launch, by its table and name:

```sh
dualtrain-tui run cnn-small lstm --set a.fit.batch_size=64 --set b.device.memory=2048
dualtrain-tui run cnn-small lstm --set 'a.model.filters=[32,64]' --set b.fit.optimizer=sgd
dualtrain-tui presets show cnn-small --set fit.batch_size=64
```

The first letter is the lane: `a` or `b`, with `bench` the place of the preset from `a` on; `presets show` takes none.
What follows `=` is a TOML value; a single word needs no quotes. It is held against the same bounds as the file. Of two
for the same key the later holds. Setting `model.name` or `data.name` to another one begins with the defaults of that:
the old sizes mean nothing there. `--epochs`, `--steps`, `--minutes` and `--seed` of `run` stand above the preset.
"""

PLACES = """\
| place | what | named by |
|---|---|---|
| the program itself | the shipped presets | `NAME` |
| `~/.config/dualtrain/presets` | your own | `user:NAME`, or `NAME` |
| `./presets` of the working directory | those of a project | `local:NAME`, or `NAME` |
| any other | one file | its path: it ends with `.toml` or has a `/` in it |

Where `XDG_CONFIG_HOME` is set, your own lie under it instead of `~/.config`. The name is that of the file without
`.toml`. Where a name occurs more than once the list shows each, and the bare name means the shipped one; where none is
shipped and two others have it, the bare name is refused and both are named. A bad file is listed with what is wrong,
and hides no other.
"""

FULL_EXAMPLE = """\
What `dualtrain-tui presets new` writes: every key, those that are not set as comments with what holds without them.
"""
