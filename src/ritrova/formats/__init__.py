"""Shared file craft: items, defensive SQLite, zip, XML, plist, protobuf, encrypted scratch."""
