"""The sample's application in use: customers, products and orders made over REST."""

from __future__ import annotations

from typing import Any

import httpx

__all__ = ["Shop"]


class Shop:
    """What a person does in the order management by *browser*."""

    def __init__(self, browser: httpx.AsyncClient) -> None:
        self.browser = browser

    async def create(self, model: str, **values: Any) -> dict[str, Any]:
        """Create a record and return it."""
        response = await self.browser.post(f"api/{model}", json=values)
        assert response.status_code == 201, response.text
        record: dict[str, Any] = response.json()
        return record

    async def customer(self, name: str = "Käthe Größe", tier: str = "gold") -> dict[str, Any]:
        email = f"{name.split(maxsplit=1)[0].encode().hex()}@example.org"
        return await self.create("Customer", name=name, email=email, tier=tier)

    async def product(self, sku: str = "TEE-1", price: str = "19.99") -> dict[str, Any]:
        return await self.create("Product", sku=sku, title=f"Tee 茶 {sku}", unitPrice=price)

    async def order(self, number: str, customer: str, **values: Any) -> dict[str, Any]:
        return await self.create("Order", orderNo=number, customer=customer, **values)

    async def line(self, order: str, product: str, quantity: int, price: str) -> dict[str, Any]:
        return await self.create(
            "OrderLine", order=order, product=product, quantity=quantity, unitPrice=price
        )

    async def get(self, path: str, **parameters: str) -> Any:
        """Return what is at an address, which must be there."""
        response = await self.browser.get(path, params=parameters)
        assert response.status_code == 200, response.text
        return response.json()

    async def ids(self, model: str, **parameters: str) -> list[str]:
        """Return the ids of a list."""
        return [item["id"] for item in (await self.get(f"api/{model}", **parameters))["items"]]
