"""What prepared rows are: a dense or sparse matrix, or a frame where the model takes one."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

Matrix: TypeAlias = np.ndarray | csr_matrix | pd.DataFrame
