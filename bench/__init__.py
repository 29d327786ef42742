"""Figures, each as a ratio to its floor in the same run, since absolute ones only say which machine it was."""
