"""What Stratoscope knows about networks and data: NumPy in, NumPy out, no Dash."""
