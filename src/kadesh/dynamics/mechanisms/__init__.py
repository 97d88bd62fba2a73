"""What happens in a week, one mechanism a file; `kadesh.dynamics.week` puts them in order."""
