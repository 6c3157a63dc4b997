"""evals: who says whether an answer was any good. Today: the reactions of end users; evaluators and judges will live here too."""
