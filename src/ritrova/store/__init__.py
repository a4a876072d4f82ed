"""The encrypted case file: keeps records, answers questions.

A case is a folder: ``case.db`` (SQLCipher, always encrypted), ``case.key`` (the data key, wrapped), ``case.lock`` (doors).
`casefile` opens it, `writing` keeps records, `viewing` and `searching` answer. Nothing else touches the file.
"""
