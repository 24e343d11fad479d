"""A small language for calculating with columns: parsed, checked and compiled to SQL, never run.

    price * quantity                      if(age >= 18, 'adult', 'child')
    `unit price` > 2 and city in ['Rome', 'Oslo']
    year(born) // 10 * 10                 trim(lower(name))

Columns are named as they are, or between backquotes where the name has spaces or other signs.
`parse` gives a tree, `compile_expression` checks it against the columns and returns SQL.
"""

from queue_core.components.expressions.compiler import (
    CompiledExpression,
    compile_condition,
    compile_expression,
)
from queue_core.components.expressions.kinds import Kind
from queue_core.components.expressions.parser import parse

__all__ = ["CompiledExpression", "Kind", "compile_condition", "compile_expression", "parse"]
