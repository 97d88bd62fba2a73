"""Is the claim right: an article's sentences, each reading judged on its evidence."""
