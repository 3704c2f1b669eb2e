-- What comes before or after the scores needn't wait for the disk: a crash that loses it leaves a run to be done again.
SET LOCAL synchronous_commit = off;
