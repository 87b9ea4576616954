"""The seven rooms of a pipeline; a stage knows no engine and no other stage."""
