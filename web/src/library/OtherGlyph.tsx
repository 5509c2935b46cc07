/** The icons that only models name: loaded with the first of them. */
import {
  Activity, ArrowLeft, ArrowRight, Bell, BookOpen, Bookmark, Box, Briefcase, Building, Calendar, Camera, ChartBar,
  ChevronUp, Circle, CircleCheck, CircleX, Clock, Copy, CreditCard, Database, DollarSign, Download, Euro, Eye,
  FileText, Flag, Folder, Gift, Globe, Heart, Home, Info, Key, Layers, Link, List, Lock, LogOut, type LucideIcon,
  Mail, MapPin, Menu, MessageSquare, MoreHorizontal, Package, Paperclip, Pencil, Percent, Phone, Receipt, RefreshCw,
  Save, Send, Settings, ShoppingCart, Star, Tag, Truck, Upload, User, Users, Zap,
} from "lucide-react";

import type { GlyphProps } from "./Glyph";

const OTHERS: Readonly<Record<string, LucideIcon>> = {
  "arrow-left": ArrowLeft, "arrow-right": ArrowRight, bell: Bell, book: BookOpen, box: Box, building: Building,
  calendar: Calendar, chart: ChartBar, circle: Circle, clock: Clock, "credit-card": CreditCard, download: Download,
  edit: Pencil, eye: Eye, folder: Folder, heart: Heart, home: Home, info: Info, link: Link, list: List, lock: Lock,
  mail: Mail, "map-pin": MapPin, menu: Menu, message: MessageSquare, more: MoreHorizontal, package: Package,
  pencil: Pencil, phone: Phone, settings: Settings, cart: ShoppingCart, star: Star, activity: Activity,
  bookmark: Bookmark, "book-open": BookOpen, briefcase: Briefcase, camera: Camera, "chart-column": ChartBar,
  "chevron-up": ChevronUp, "circle-check": CircleCheck, "circle-x": CircleX, copy: Copy, database: Database,
  "dollar-sign": DollarSign, euro: Euro, "file-text": FileText, flag: Flag, gift: Gift, globe: Globe, key: Key,
  layers: Layers, "log-out": LogOut, "message-square": MessageSquare, paperclip: Paperclip, percent: Percent,
  receipt: Receipt, "refresh-cw": RefreshCw, save: Save, send: Send, "shopping-cart": ShoppingCart, zap: Zap,
  tag: Tag, truck: Truck, upload: Upload, user: User, users: Users,
};

export function OtherGlyph({ name, size, label }: Required<GlyphProps>) {
  const Icon = Object.hasOwn(OTHERS, name) ? (OTHERS[name] ?? Circle) : Circle;
  if (label === "") return <Icon size={size} aria-hidden />;
  return <Icon size={size} role="img" aria-label={label} />;
}
