"""Files a user downloaded, into the tables of a war folder."""

from kadesh.importers.run import Imported as Imported
from kadesh.importers.run import import_files as import_files
