-- Who is looked up is one row: it is read from one file per part, not from one per column. Scans of a few columns take as long as before; larger parts keep a file per column.
ALTER TABLE {database}.profiles {cluster}
    MODIFY SETTING min_bytes_for_wide_part = 1073741824;
ALTER TABLE {database}.profile_identifiers {cluster}
    MODIFY SETTING min_bytes_for_wide_part = 1073741824;
