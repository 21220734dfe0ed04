"""What people see. No mathematics: questions go to a workbench, pictures come from figures/."""
