-- Two crews of workers have a queue each: 1 makes, 2 fetches uploads from hosts that may be slow.
ALTER TABLE queue ADD COLUMN crew INTEGER NOT NULL DEFAULT 1;
UPDATE queue SET crew = 2 WHERE task_no IN (SELECT no FROM tasks WHERE kind = 3);
DROP INDEX queue_waiting;
CREATE INDEX queue_waiting ON queue (credential_no, crew, task_no) WHERE state = 0;

-- A credential's unfinished tasks for one crew. A server that starts makes them anew from `queue`.
DROP TABLE lanes;
CREATE TABLE lanes (
    credential_no  INTEGER NOT NULL,
    crew           INTEGER NOT NULL,
    application_no INTEGER NOT NULL,
    waiting        INTEGER NOT NULL,
    in_flight      INTEGER NOT NULL,
    -- Those that wait for the time of their next try.
    delayed        INTEGER NOT NULL,
    -- The oldest waiting task.
    head           INTEGER,
    PRIMARY KEY (credential_no, crew)
) STRICT, WITHOUT ROWID;
CREATE INDEX lanes_of_application ON lanes (application_no, crew);
INSERT INTO lanes (credential_no, crew, application_no, waiting, in_flight, delayed, head)
    SELECT q.credential_no, q.crew, c.application_no, sum(q.state = 0), sum(q.state = 1), sum(q.state = 2),
           min(iif(q.state = 0, q.task_no, NULL))
    FROM queue q JOIN credentials c ON c.no = q.credential_no GROUP BY q.credential_no, q.crew;

-- Whose turn it is at a crew: the ready application with the lowest turn.
CREATE TABLE turns_of_crews (
    application_no INTEGER NOT NULL,
    crew           INTEGER NOT NULL,
    turn           INTEGER NOT NULL,
    -- 1: one of its lanes has a waiting task and room for it.
    ready          INTEGER NOT NULL,
    PRIMARY KEY (application_no, crew)
) STRICT, WITHOUT ROWID;
INSERT INTO turns_of_crews (application_no, crew, turn, ready)
    SELECT application_no, 1, turn, ready FROM turns;
DROP TABLE turns;
ALTER TABLE turns_of_crews RENAME TO turns;
CREATE INDEX turns_ready ON turns (crew, turn) WHERE ready = 1;
CREATE INDEX turns_all ON turns (crew, turn);
