-- Keys that may do everything, for all providers, may call API tools too.

UPDATE runtime_keys SET verbs = 'handout list report register invoke'
  WHERE verbs = 'handout list report register' AND providers = '';
