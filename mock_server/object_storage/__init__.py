"""The bucket: presigned URLs as S3 answers them, and the bytes behind them. Standard library and `core` only."""
