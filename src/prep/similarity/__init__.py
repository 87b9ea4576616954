"""How alike texts are: shingles, MinHash, verified Jaccard, clusters."""
