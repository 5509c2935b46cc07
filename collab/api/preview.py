"""stub until the runtime lands"""


class Preview:
    routes = ()

    def __init__(self, settings, key):
        pass

    async def __aenter__(self):
        return self

    async def __aexit__(self, *a):
        pass
