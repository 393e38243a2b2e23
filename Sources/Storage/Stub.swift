import CPostgres
import GRDB

enum StorageStub {}
