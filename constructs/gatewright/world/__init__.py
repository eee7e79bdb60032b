"""Where manifests come from: files, folders, standard input, git revisions and clusters, and the World they make together."""
