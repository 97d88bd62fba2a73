"""What happens in a week, one mechanism a file; `kadesh.dynamics.step` puts them in order."""
