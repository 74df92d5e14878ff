pub(super) mod coverage;
