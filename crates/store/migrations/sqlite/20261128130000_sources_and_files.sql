-- An edit starts from a song's title and words too, which until now stood in its task's response alone.
ALTER TABLE songs ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE songs ADD COLUMN lyric TEXT NOT NULL DEFAULT '';
UPDATE songs SET
    title = coalesce((SELECT json_extract(t.response, '$.data[0].title') FROM tasks t
                      WHERE t.no = songs.task_no AND json_valid(t.response)), ''),
    lyric = coalesce((SELECT json_extract(t.response, '$.data[0].lyric') FROM tasks t
                      WHERE t.no = songs.task_no AND json_valid(t.response)), '');

-- The folder of a task that keeps files and has no song, such as stems, a WAV file or a video.
CREATE TABLE task_folders (
    task_no INTEGER PRIMARY KEY REFERENCES tasks (no) ON DELETE CASCADE,
    folder  TEXT NOT NULL
) STRICT;
CREATE INDEX task_folders_by_folder ON task_folders (folder);
