"""A small window of another program, from which files are dragged."""

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Source(QLabel):
    """Gives the files of the command line to whoever they are dropped on."""

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(path) for path in sys.argv[1:]])
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.CopyAction)
        print("DROPPED", flush=True)
        self.hide()


application = QApplication(sys.argv[:1])
application.setApplicationName("files")
source = Source(" three files")
source.setWindowFlag(Qt.WindowType.X11BypassWindowManagerHint)
source.setGeometry(1290, 0, 100, 40)
source.show()
print("READY", flush=True)
sys.exit(application.exec())
