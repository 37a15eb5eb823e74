"""Questions and answers: from the model alone, or from passages that it must quote."""
