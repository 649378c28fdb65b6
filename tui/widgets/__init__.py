"""One widget per file. `plot` alone knows plotext; `lines` is what all live widgets draw with."""
