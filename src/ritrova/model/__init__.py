"""The words of the field: records, plugin shapes, the View and the errors. Imports nothing of ritrova."""
