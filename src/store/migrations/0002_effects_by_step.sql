-- What a step did lately, across cases: who may still volunteer is asked on every pass, and must cost the same after
-- ten years.
CREATE INDEX effects_done_by_step ON effects (step, updated_at) WHERE state = 'done';
