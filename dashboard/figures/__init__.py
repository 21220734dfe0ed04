"""Pure functions from results to pictures; they know `theme` and `analysis.types`, nothing else."""
